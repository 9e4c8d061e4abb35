package dev.dynode.edge.api.request;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A list's {@code Range} header: {@code FIELD [first]..[last][; max=N, order=desc]}. {@code ]}
 * before the first excludes it. Options may stand in any order, parted by {@code ,} or {@code ;}.
 *
 * @param first empty: from the beginning
 * @param last empty: to the end; both in the order of the list
 */
record ListRange(
    String field,
    String first,
    boolean exclusive,
    String last,
    Optional<Integer> max,
    boolean descending) {
  private static final Pattern FORM =
      Pattern.compile("\\s*([\\w-]+)\\s+(\\]?)([^;]*?)\\.\\.([^;]*?)\\s*(?:;(.*))?");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  static ListRange parse(String header) {
    Matcher form = FORM.matcher(header);
    if (!form.matches()) {
      throw Errors.badRange("there is no FIELD FIRST..LAST in it.").exception();
    }
    Optional<Integer> max = Optional.empty();
    boolean descending = false;
    String options = form.group(5);
    for (String option : (options == null ? "" : options).split("[,;]", -1)) {
      String[] parts = option.strip().split("\\s*=\\s*", 2);
      String value = parts.length == 2 ? parts[1] : "";
      switch (parts[0]) {
        case "max" -> {
          if (!NUMBER.matcher(value).matches() || Integer.parseInt(value) < 1) {
            throw Errors.badRange("max must be a number from 1.").exception();
          }
          max = Optional.of(Integer.parseInt(value));
        }
        case "order" -> {
          if (!value.equals("asc") && !value.equals("desc")) {
            throw Errors.badRange("order must be asc or desc.").exception();
          }
          descending = value.equals("desc");
        }
        default -> {} // others are not ours to judge
      }
    }
    return new ListRange(
        form.group(1),
        form.group(3).strip(),
        !form.group(2).isEmpty(),
        form.group(4).strip(),
        max,
        descending);
  }
}
