package dev.dynode.domain.logs;

/**
 * Which attributes of a terminal's text are on, after sequences {@code ESC [ PARAMETERS m} (ECMA-48
 * SGR).
 *
 * @param mask a bit of each; what is not understood is on until all is taken back
 */
record Colours(int mask) {
  static final Colours NONE = new Colours(0);

  private static final int FOREGROUND = 1 << 10;
  private static final int BACKGROUND = 1 << 11;
  private static final int UNKNOWN = 1 << 12;

  boolean none() {
    return mask == 0;
  }

  Colours after(String parameters) {
    int now = mask;
    String[] all = parameters.split(";", -1);
    for (int i = 0; i < all.length; i++) {
      switch (all[i]) {
        case "38" -> now |= FOREGROUND;
        case "48" -> now |= BACKGROUND;
        case "58" -> now |= UNKNOWN;
        default -> {
          now = after(now, all[i].length() > 4 ? "?" : all[i]);
          continue;
        }
      }
      // 5;N or 2;R;G;B belong to it: a 0 among them takes nothing back.
      String kind = i + 1 < all.length ? all[i + 1] : "";
      i += kind.equals("5") ? 2 : kind.equals("2") ? 4 : 0;
    }
    return new Colours(now);
  }

  private static int after(int now, String parameter) {
    return switch (parameter) {
      case "", "0", "00" -> 0;
      case "1", "2", "3", "4", "5", "6", "7", "8", "9" -> now | (1 << Integer.parseInt(parameter));
      case "22" -> now & ~((1 << 1) | (1 << 2));
      case "23", "24", "27", "28", "29" -> now & ~(1 << (Integer.parseInt(parameter) - 20));
      case "25" -> now & ~((1 << 5) | (1 << 6));
      case "39" -> now & ~FOREGROUND;
      case "49" -> now & ~BACKGROUND;
      default ->
          now
              | (parameter.matches("3[0-7]|9[0-7]")
                  ? FOREGROUND
                  : parameter.matches("4[0-7]|10[0-7]") ? BACKGROUND : UNKNOWN);
    };
  }
}
