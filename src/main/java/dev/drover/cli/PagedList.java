package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/// A list that the server returns in pages.
///
/// @param largest the maximum number of items on a page
/// @param columns the columns that people see
record PagedList(int largest, List<Filter> filters, List<Column> columns) {
  private static final String LIMIT = "--limit";

  void declare(CommandSpec spec) {
    spec.addOption(Specs.number(LIMIT, "The maximum number of items in total. [default: all]"));
    Filter.declare(spec, filters);
  }

  /// Prints the list up to the requested length, or until the output is closed.
  int print(Invocation invocation, String path) throws Refusal, IOException, InterruptedException {
    return print(invocation, path, page -> page);
  }

  /// Prints the list with other columns.
  int print(Invocation invocation, String path, List<Column> others)
      throws Refusal, IOException, InterruptedException {
    return new PagedList(largest, filters, others).print(invocation, path);
  }

  /// What people see of the items of a page.
  interface ForPeople {
    List<Json.Obj> of(List<Json.Obj> page) throws Refusal, IOException, InterruptedException;
  }

  /// Prints the list, for people in another form.
  int print(Invocation invocation, String path, ForPeople forPeople)
      throws Refusal, IOException, InterruptedException {
    var output = invocation.output();
    int left = invocation.arguments().number(LIMIT, 1).orElse(Integer.MAX_VALUE);
    var query = Filter.query(invocation, filters);
    boolean raw = output.json() || output.quiet();
    var page = Optional.of("");
    while (page.isPresent() && left > 0 && !output.isClosed()) {
      var answer =
          invocation.api().get(path + "?limit=" + Math.min(left, largest) + query + page.get());
      var items = new ArrayList<Json.Obj>();
      for (var item : answer.items("data")) {
        if (item instanceof Json.Obj object && items.size() < left) {
          items.add(object);
        }
      }
      output.rows(columns, raw ? items : forPeople.of(items));
      left -= items.size();
      page = Paging.after(answer);
    }
    return 0;
  }
}
