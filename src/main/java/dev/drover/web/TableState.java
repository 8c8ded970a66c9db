package dev.drover.web;

/// Where a writer is in a table. A table within a cell is part of the text of that cell. One
/// thread.
final class TableState {
  private static final int MOST_CELLS = 100;

  private int tables;
  private int cellDepth;
  private int rows;
  private int cells;

  void open() {
    if (tables++ == 0) {
      rows = 0;
      cells = 0;
    }
  }

  void close() {
    tables = Math.max(0, tables - 1);
    if (tables == 0) {
      cellDepth = 0;
    }
  }

  void row() {
    if (cellDepth == 0) {
      cells = 0;
    }
  }

  /// Whether a cell of the outer table begins.
  boolean cell() {
    cellDepth++;
    if (cellDepth > 1 || tables == 0) {
      return false;
    }
    cells++;
    return true;
  }

  /// Whether a cell of the outer table ends.
  boolean endOfCell() {
    cellDepth = Math.max(0, cellDepth - 1);
    return cellDepth == 0 && tables > 0;
  }

  /// The number of cells of the row of the outer table that ends; 0 if it is another row.
  int endOfRow() {
    if (cellDepth > 0 || tables == 0 || cells == 0) {
      return 0;
    }
    rows++;
    return Math.min(cells, MOST_CELLS);
  }

  boolean isFirstRow() {
    return rows == 1;
  }

  boolean isInCell() {
    return cellDepth > 0;
  }
}
