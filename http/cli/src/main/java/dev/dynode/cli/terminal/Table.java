package dev.dynode.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Text in columns that are as wide as they must be. */
public final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... head) {
    rows.add(List.of(head));
  }

  public void row(String... cells) {
    rows.add(List.of(cells));
  }

  /** One line for the head and each row, without blanks at the end. */
  public List<String> lines() {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length()).append(GAP);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
