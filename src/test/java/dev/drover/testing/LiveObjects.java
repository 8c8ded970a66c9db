package dev.drover.testing;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/// The objects of this JVM that are reachable, counted by class: what the JVM's own histogram says
/// after a full collection.
///
/// @param byClass the number of objects by the name of their class
public record LiveObjects(Map<String, Long> byClass) {
  /// ` 12: 1234 56789 java.lang.String (java.base@25)`
  private static final Pattern ROW = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(\\S+).*");

  public static LiveObjects now() throws JMException {
    var text =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    var counts = new TreeMap<String, Long>();
    text.lines()
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .forEach(row -> counts.merge(row.group(2), Long.valueOf(row.group(1)), Long::sum));
    return new LiveObjects(Map.copyOf(counts)); // which has no object for each entry
  }

  /// How many more objects of each class there are than before, where there are more.
  public Map<String, Long> moreThan(LiveObjects before) {
    var more = new TreeMap<String, Long>();
    byClass.forEach(
        (name, count) -> {
          long grown = count - before.byClass.getOrDefault(name, 0L);
          if (grown > 0) {
            more.put(name, grown);
          }
        });
    return more;
  }
}
