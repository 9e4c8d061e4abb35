package dev.dynode.edge.server;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BidiShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Stands between the bytes of a connection and HTTP: sees each piece, and can end both directions.
 * Its first inlet and outlet carry what is received, the others what is sent.
 */
final class ConnectionStage
    extends GraphStage<BidiShape<ByteString, ByteString, ByteString, ByteString>> {
  private final Inlet<ByteString> netIn = Inlet.create("Connection.netIn");
  private final Outlet<ByteString> httpOut = Outlet.create("Connection.httpOut");
  private final Inlet<ByteString> httpIn = Inlet.create("Connection.httpIn");
  private final Outlet<ByteString> netOut = Outlet.create("Connection.netOut");
  private final BidiShape<ByteString, ByteString, ByteString, ByteString> shape =
      new BidiShape<>(netIn, httpOut, httpIn, netOut);

  private final CompletableFuture<Consumer<End>> ender = new CompletableFuture<>();
  private final Runnable received;
  private final Runnable sent;
  private final Runnable lingers;
  private final Runnable ended;

  /** How a connection is ended: when all is sent, or at once. */
  enum End {
    FINISHED,
    CUT
  }

  /** A client that used up its time, or made room for another. No fault of this side's. */
  static final class Cut extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Cut() {
      super("The connection was cut", null, false, false);
    }
  }

  /**
   * @param lingers told when nothing more will be sent; somebody must cut it if it does not end
   *     then
   */
  ConnectionStage(Runnable received, Runnable sent, Runnable lingers, Runnable ended) {
    this.received = received;
    this.sent = sent;
    this.lingers = lingers;
    this.ended = ended;
  }

  /** Ends the connection, also one that has not begun yet. From any thread. */
  void end(End how) {
    var _ = ender.thenAccept(end -> end.accept(how));
  }

  @Override
  public BidiShape<ByteString, ByteString, ByteString, ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {
    Logic() {
      super(shape);
      pass(netIn, httpOut, received, () -> complete(httpOut));
      pass(httpIn, netOut, sent, this::linger);
    }

    private void pass(
        Inlet<ByteString> in, Outlet<ByteString> out, Runnable seen, Runnable finished) {
      setHandler(
          in,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              seen.run();
              push(out, grab(in));
            }

            @Override
            public void onUpstreamFinish() {
              finished.run();
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              fail(out, failure);
            }
          });
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              pull(in);
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
              cancel(in, cause);
            }
          });
    }

    @Override
    public void preStart() {
      ender.complete(
          createAsyncCallback(
                  (End how) -> {
                    if (how == End.CUT) {
                      failStage(new Cut());
                    } else {
                      finish();
                    }
                  })
              ::invoke);
    }

    private void finish() {
      cancel(httpIn);
      linger();
    }

    /**
     * What was written is still sent, and what still comes is read and dropped: a client that is in
     * the middle of sending would otherwise be reset before it reads why.
     */
    private void linger() {
      lingers.run();
      complete(netOut);
      complete(httpOut);
      setHandler(
          netIn,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              grab(netIn);
              pull(netIn);
            }
          });
      if (isClosed(netIn)) {
        completeStage();
      } else if (!hasBeenPulled(netIn)) {
        pull(netIn);
      }
    }

    @Override
    public void postStop() {
      ended.run();
    }
  }
}
