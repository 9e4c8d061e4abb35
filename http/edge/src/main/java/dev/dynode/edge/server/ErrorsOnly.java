package dev.dynode.edge.server;

import org.apache.pekko.event.LoggingAdapter;

/** Faults of this side. What clients do wrong they are told themselves, and could fill a log. */
final class ErrorsOnly implements LoggingAdapter {
  private final LoggingAdapter to;

  ErrorsOnly(LoggingAdapter to) {
    this.to = to;
  }

  @Override
  public boolean isErrorEnabled() {
    return to.isErrorEnabled();
  }

  @Override
  public boolean isWarningEnabled() {
    return false;
  }

  @Override
  public boolean isInfoEnabled() {
    return false;
  }

  @Override
  public boolean isDebugEnabled() {
    return false;
  }

  @Override
  public void notifyError(String message) {
    to.notifyError(message);
  }

  @Override
  public void notifyError(Throwable cause, String message) {
    if (!(cause instanceof ConnectionStage.Cut)) {
      to.notifyError(cause, message);
    }
  }

  @Override
  public void notifyWarning(String message) {}

  @Override
  public void notifyInfo(String message) {}

  @Override
  public void notifyDebug(String message) {}
}
