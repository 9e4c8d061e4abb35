package dev.dynode.edge.attach;

import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.id.DynoId;
import dev.dynode.port.ProcessRuntime.ExitStatus;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.Signal;
import dev.dynode.port.ProcessRuntime.WindowSize;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A process on three pipes, by {@link ProcessBuilder}. */
final class PipeProcess implements RunningProcess {
  private final DynoId dyno;
  private final Process process;

  PipeProcess(DynoId dyno, String script) throws IOException {
    this.dyno = dyno;
    this.process = new ProcessBuilder("bash", "-c", script).redirectErrorStream(true).start();
  }

  @Override
  public DynoId dyno() {
    return dyno;
  }

  @Override
  public int generation() {
    return 1;
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public int read(byte[] buffer) throws IOException {
    return process.getInputStream().read(buffer);
  }

  @Override
  public long position() {
    throw new UnsupportedOperationException("of attached processes nothing is kept");
  }

  @Override
  public void readFrom(long offset) {
    throw new UnsupportedOperationException("of attached processes nothing is kept");
  }

  @Override
  public void release(long offset) {
    throw new UnsupportedOperationException("of attached processes nothing is kept");
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    process.getOutputStream().write(buffer, offset, length);
    process.getOutputStream().flush();
  }

  @Override
  public void endInput() throws IOException {
    process.getOutputStream().close();
  }

  @Override
  public void resize(WindowSize size) {}

  @Override
  public void signal(Signal signal) {
    process.destroy();
  }

  @Override
  public Optional<Usage> usage() {
    return Optional.empty();
  }

  @Override
  public CompletionStage<ExitStatus> exit() {
    return process.onExit().thenApply(ended -> new ExitStatus(ended.exitValue()));
  }

  boolean alive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
