package dev.dynode.edge.api.apps;

import java.util.Locale;
import java.util.random.RandomGenerator;

/** Names for apps that were given none, such as {@code quiet-meadow-01234}. */
final class AppNames {
  private static final String[] HOW = {
    "aged",
    "ancient",
    "arcane",
    "blooming",
    "bold",
    "calm",
    "cold",
    "damp",
    "deep",
    "dry",
    "fierce",
    "frozen",
    "gentle",
    "hidden",
    "icy",
    "infinite",
    "limitless",
    "lively",
    "lunar",
    "misty",
    "morning",
    "nameless",
    "peaceful",
    "polar",
    "quiet",
    "rocky",
    "safe",
    "salty",
    "secret",
    "serene",
    "sheltered",
    "silent",
    "sleepy",
    "stark",
    "still",
    "stormy",
    "vast",
    "warm",
    "wild",
    "young"
  };
  private static final String[] WHAT = {
    "badlands",
    "bastion",
    "bayou",
    "beach",
    "brook",
    "brushlands",
    "castle",
    "chamber",
    "citadel",
    "cliffs",
    "coast",
    "cove",
    "crag",
    "dawn",
    "depths",
    "earth",
    "everglades",
    "falls",
    "fjord",
    "forest",
    "fortress",
    "garden",
    "gorge",
    "harbor",
    "headland",
    "island",
    "lake",
    "meadow",
    "mesa",
    "mountain",
    "oasis",
    "peak",
    "plains",
    "ravine",
    "reef",
    "ridge",
    "river",
    "sands",
    "shore",
    "tundra"
  };

  private AppNames() {}

  static String draw(RandomGenerator dice) {
    return String.format(
        Locale.ROOT,
        "%s-%s-%05d",
        HOW[dice.nextInt(HOW.length)],
        WHAT[dice.nextInt(WHAT.length)],
        dice.nextInt(100_000));
  }
}
