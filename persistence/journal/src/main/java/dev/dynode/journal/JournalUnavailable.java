package dev.dynode.journal;

/**
 * The data folder cannot be opened: another node uses it, or it is damaged. The message is one
 * sentence for whoever started the node.
 */
public final class JournalUnavailable extends IllegalStateException {
  private static final long serialVersionUID = 1;

  JournalUnavailable(String sentence) {
    super(sentence);
  }

  JournalUnavailable(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
