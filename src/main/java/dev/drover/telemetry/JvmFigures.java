package dev.drover.telemetry;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/// The figures of the process and its JVM, under the names of the official Prometheus clients. They
/// are read at each scrape and not before, because the management beans load slowly.
final class JvmFigures {
  private static final Path STATUS = Path.of("/proc/self/status");

  private JvmFigures() {}

  static void addTo(Metrics metrics) {
    metrics.gauge(
        "jvm_memory_heap_used_bytes",
        "Used heap, including garbage.",
        () -> Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    metrics.gauge(
        "jvm_memory_heap_max_bytes",
        "The maximum size of the heap.",
        () -> Runtime.getRuntime().maxMemory());
    metrics.total(
        "jvm_memory_allocated_bytes_total",
        "Bytes that all threads have allocated in the heap.",
        JvmFigures::allocatedBytes);
    metrics.gauge(
        "jvm_threads_current",
        "Platform threads.",
        () -> ManagementFactory.getThreadMXBean().getThreadCount());
    metrics.gauge(
        "process_resident_memory_bytes", "Memory of the process.", JvmFigures::residentBytes);
    metrics.gauge(
        "process_start_time_seconds",
        "When the process started, in seconds since 1970.",
        () ->
            ProcessHandle.current().info().startInstant().map(Instant::getEpochSecond).orElse(0L));
    metrics.add(
        (Metrics.Figure)
            out -> {
              Metrics.head(
                  out, "process_cpu_seconds_total", "counter", "Processor time of the process.");
              Metrics.line(out, "process_cpu_seconds_total", "", cpuSeconds());
              Metrics.head(
                  out,
                  "jvm_gc_collection_seconds_total",
                  "counter",
                  "Time of garbage collections.");
              for (var gc : ManagementFactory.getGarbageCollectorMXBeans()) {
                Metrics.line(
                    out,
                    "jvm_gc_collection_seconds_total",
                    "gc=\"" + gc.getName() + '"',
                    gc.getCollectionTime() / 1e3);
              }
            });
  }

  /// The value, or 0 if the JVM does not provide it.
  private static double allocatedBytes() {
    return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
        ? Math.max(0, threads.getTotalThreadAllocatedBytes())
        : 0;
  }

  private static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
  }

  /// The value, or 0 if the system does not provide it.
  private static double residentBytes() {
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .findFirst()
          .map(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024)
          .orElse(0.0);
    } catch (IOException _) {
      return 0;
    }
  }
}
