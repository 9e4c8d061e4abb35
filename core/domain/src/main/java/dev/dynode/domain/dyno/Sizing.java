package dev.dynode.domain.dyno;

/** Why a dyno has its size. */
public enum Sizing {
  /** It was asked for. */
  ASKED,
  /** It is the usual one of the app's tier. */
  TIER,
  /** The event is older than this was told. */
  UNTOLD
}
