package dev.dynode.port;

import dev.dynode.port.ProcessRuntime.RunningProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/**
 * Where a client that dialled this host presents its token. The desk asks the dyno (which journals
 * the attach and starts the command); bytes then flow between the client's connection and the
 * process on this host, outside actors and journal. Thread-safe, never blocks.
 */
public interface AttachGateway {
  /** To whoever cannot attach because of a bug. */
  String BROKEN = "Something went wrong on the dyno's host; its log says what.";

  /**
   * Joins the client and the command its token stands for.
   *
   * @param token what the client sent, without line end
   * @return the attachment once the command runs; fails with {@link Refused} for a token that is
   *     unknown, used, or too late, and when the command cannot be started
   */
  CompletionStage<Attachment> present(String token, Client client);

  /** The client's connection, as the dyno sees it. */
  interface Client {
    /** Remote address, for the journal. */
    String address();

    /** Whether it ends its input by closing its direction, not by a lone byte 0x04. */
    boolean halfCloses();

    /**
     * The dyno ends the connection (idle, host going down): the client is told why, in one line,
     * then closed. Returns at once, idempotent.
     */
    void hangUp(String reason);
  }

  /** A client and a running command, joined. */
  interface Attachment {
    RunningProcess process();

    /** Whether the process has a terminal: end of input is then the client's own ^D. */
    boolean terminal();

    /** Whether the client wants its exit-status line at the end ({@code heroku run -x}). */
    boolean marksExit();

    /** Whether its own shell may print that line: no other is the client's to see. */
    boolean printsMarker();

    /**
     * Whether this is the way to another host's rendezvous, which sees to exit-status lines and to
     * how the session ends: what comes from it is passed on as it comes.
     */
    boolean relayed();

    /**
     * How long no byte may move in either direction before {@link #idle} is due. Heartbeats are no
     * bytes.
     */
    Duration idleAfter();

    /** No byte has moved since then; the dyno decides what follows. */
    void idle(Instant lastByte);

    /** The connection is gone: exactly once, whoever closed it. */
    void detached(Detached reason);
  }

  /** Why a connection ended. */
  enum Detached {
    /** The process ended and everything it wrote was delivered. */
    PROCESS_ENDED,
    /** The client closed or lost its connection. */
    CLIENT_LEFT,
    /** We closed it: {@link Client#hangUp}. */
    HUNG_UP
  }

  /** No attachment; the message is for the person at the terminal. */
  final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    public Refused(String message) {
      super(message);
    }
  }
}
