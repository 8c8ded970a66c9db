package dev.drover.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

/// Keeps what is logged.
final class Errors extends Handler {
  private final List<String> heard = new ArrayList<>();

  @Override
  public void publish(LogRecord record) {
    if (isLoggable(record)) {
      heard.add(record.getMessage() + ": " + record.getThrown());
    }
  }

  List<String> heard() {
    return List.copyOf(heard);
  }

  void clear() {
    heard.clear();
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
