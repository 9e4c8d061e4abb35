package dev.dynode.domain.dyno;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.Story;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.dyno.DynoCommand.TimerDue;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoOrder.SignalProcess;
import dev.dynode.domain.dyno.DynoOrder.StopSignal;
import dev.dynode.domain.dyno.DynoOrder.WriteLog;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.dyno.DynoState.Retired;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A one-off dyno's life, event by event, with Heroku's log lines to the byte. */
@Tag("unit")
class DynoDeciderTest {
  private static final String USER = "user@example.com";
  private static final HostId HOST = new HostId("h1");

  private final Story<DynoCommand, DynoEvent, DynoState, DynoOrder> story =
      new Story<>(new DynoDecider());

  private static DynoSpec spec(boolean attach, Optional<Duration> timeToLive) {
    return spec(attach, timeToLive, false);
  }

  private static DynoSpec spec(boolean attach, Optional<Duration> timeToLive, boolean formation) {
    return new DynoSpec(
        new DynoId(new UUID(1, 1)),
        new AppId(new UUID(2, 2)),
        new DynoName("run", 4242),
        formation,
        "Standard-1X",
        Sizing.TIER,
        "bash -l",
        "bash -l",
        attach,
        attach,
        80,
        24,
        false,
        Map.of(),
        new ReleaseId(new UUID(3, 3)),
        7,
        Optional.empty(),
        timeToLive,
        DynoPolicy.HEROKU,
        Optional.empty());
  }

  private void created(boolean attach) {
    story.when(new DynoCommand.Create(USER, spec(attach, Optional.empty()), HOST));
  }

  private void attachedAndRunning() {
    created(true);
    story.when(new DynoCommand.ReportPrepared(1));
    story.after(Duration.ofSeconds(2)).when(new DynoCommand.Attach(USER, "192.0.2.1:5000"));
    story.when(new DynoCommand.ReportStarted(1, 99));
  }

  private List<String> logs() {
    return story.orders(WriteLog.class, WriteLog::text);
  }

  private List<StopSignal> signals() {
    return story.orders(SignalProcess.class, SignalProcess::signal);
  }

  private Retired retired() {
    return assertInstanceOf(Retired.class, story.state());
  }

  @Test
  void anAttachedCommandWaitsForItsClient() {
    created(true);
    assertEquals(List.of(), story.orders(DynoOrder.StartProcess.class));
    story.when(new DynoCommand.ReportPrepared(1));
    assertEquals(List.of("Awaiting client", "State changed from starting to up"), logs());
    story.when(new DynoCommand.Attach(USER, "192.0.2.1:5000"));
    assertEquals(List.of("Starting process with command `bash -l`"), logs());
    assertEquals(1, story.orders(DynoOrder.StartProcess.class).size());
    story.when(new DynoCommand.ReportStarted(1, 99));
    story.when(new DynoCommand.ReportExited(1, 3));
    assertEquals(
        List.of("Process exited with status 3", "State changed from up to complete"), logs());
    assertEquals(Ending.EXITED, retired().ending());
    assertEquals(Optional.of(3), retired().status());
  }

  @Test
  void aDetachedCommandStartsAtOnce() {
    created(false);
    assertEquals(List.of("Starting process with command `bash -l`"), logs());
    story.when(new DynoCommand.ReportStarted(1, 99));
    assertEquals(List.of("State changed from starting to up"), logs());
    assertEquals("up", DynoView.of((Live) story.state()).state());
  }

  @Test
  void withoutAClientIn30SecondsItFailsWithR13AndStatus128() {
    created(true);
    story.when(new DynoCommand.ReportPrepared(1));
    story.after(Duration.ofMillis(29_999)).when(new TimerDue(DynoTimer.ATTACH));
    assertInstanceOf(Live.class, story.state());
    story.after(Duration.ofMillis(1)).when(new TimerDue(DynoTimer.ATTACH));
    assertEquals(
        List.of(
            "Error R13 (Attach error) -> Failed to attach to process",
            "Process exited with status 128",
            "State changed from up to complete"),
        logs());
    assertEquals(Ending.NOT_ATTACHED, retired().ending());
  }

  @Test
  void aTokenIsGoodForOneClient() {
    attachedAndRunning();
    story.when(new DynoCommand.Attach(USER, "192.0.2.9:1"));
    assertEquals(Refusal.Reason.CONFLICT, story.refusal().orElseThrow().reason());
  }

  @Test
  void aClientThatIsToldAgainIsTheSameClient() {
    var connection = Optional.of(new UUID(7, 7));
    created(true);
    story.when(new DynoCommand.ReportPrepared(1));
    story.when(new DynoCommand.Attach(USER, "192.0.2.1", connection));
    assertEquals(1, story.orders(DynoOrder.StartProcess.class).size());
    story.when(new DynoCommand.Attach(USER, "192.0.2.1", connection));
    assertEquals(Optional.empty(), story.refusal());
    assertEquals(List.of(), story.orders(DynoOrder.StartProcess.class));
    story.when(new DynoCommand.Attach(USER, "192.0.2.1", Optional.of(new UUID(7, 8))));
    assertEquals(Refusal.Reason.CONFLICT, story.refusal().orElseThrow().reason());
    story.when(new DynoCommand.ReportStarted(1, 99));
    story.when(new DynoCommand.ReportDetached(1));
    story.when(new DynoCommand.Attach(USER, "192.0.2.1", connection));
    assertEquals(Refusal.Reason.CONFLICT, story.refusal().orElseThrow().reason());
  }

  @Test
  void aKillThatMayBeLostIsSentAgainButNotATerm() {
    attachedAndRunning();
    story.when(new DynoCommand.Stop(USER, DynoEvent.StopCause.USER));
    assertEquals(List.of(StopSignal.TERMINATE), signals());
    story.restart();
    assertEquals(List.of(), signals());
    story.after(DynoPolicy.HEROKU.grace()).when(new TimerDue(DynoTimer.GRACE));
    assertEquals(List.of(StopSignal.KILL), signals());
    story.restart();
    assertEquals(List.of(StopSignal.KILL), signals());
    story.when(new DynoCommand.ReportExited(1, 137));
    assertInstanceOf(Retired.class, story.state());
  }

  @Test
  void aLostClientMeansHangupAt0And5And10SecondsThenR16() {
    attachedAndRunning();
    story.when(new DynoCommand.ReportDetached(1));
    String line = "Client connection closed. Sending SIGHUP to all processes";
    for (int second : List.of(0, 5, 10)) {
      if (second > 0) {
        story.after(Duration.ofSeconds(5)).when(new TimerDue(DynoTimer.HANGUP));
      }
      assertEquals(List.of(line), logs(), "at " + second + " s");
      assertEquals(List.of(StopSignal.HANGUP), signals());
    }
    story.after(Duration.ofSeconds(5)).when(new TimerDue(DynoTimer.HANGUP));
    assertEquals(
        List.of(
            "Error R16 (Detached) -> An attached process is not responding to SIGHUP after its"
                + " external connection was closed."),
        logs());
    assertEquals(List.of(), signals());
    story.after(Duration.ofHours(1)).when(new TimerDue(DynoTimer.HANGUP));
    assertEquals(List.of(), story.orders());
    story.when(new DynoCommand.ReportExited(1, 0));
    assertEquals(Ending.EXITED, retired().ending());
  }

  @Test
  void aProcessThatObeysHangupEndsByIt() {
    attachedAndRunning();
    story.when(new DynoCommand.ReportDetached(1));
    story.when(new DynoCommand.ReportExited(1, 129));
    assertEquals(Ending.HUNG_UP, retired().ending());
    assertEquals(Optional.of(129), retired().status());
  }

  @Test
  void anHourWithoutAByteClosesTheConnectionAndHangsUp() {
    attachedAndRunning();
    var lastByte = story.now();
    story.after(Duration.ofMinutes(59)).when(new DynoCommand.ReportIdle(1, lastByte));
    assertEquals(List.of(), story.orders());
    story.after(Duration.ofMinutes(1)).when(new DynoCommand.ReportIdle(1, lastByte));
    assertEquals(
        "Idle connection closed: no input or output for 1 h.",
        story.orders(DynoOrder.CloseAttach.class).getFirst().reason());
    assertEquals(List.of(StopSignal.HANGUP), signals());
    story.when(new DynoCommand.ReportDetached(1));
    assertEquals(List.of(), story.orders(), "the connection we closed is not a lost client");
  }

  @Test
  void after24HoursItIsCycled() {
    attachedAndRunning();
    story.after(Duration.ofHours(24)).when(new TimerDue(DynoTimer.LIFE));
    assertEquals(
        List.of(
            "Cycling", "State changed from up to complete", "Stopping all processes with SIGTERM"),
        logs());
    story.after(Duration.ofSeconds(30)).when(new TimerDue(DynoTimer.GRACE));
    assertEquals(
        List.of(
            "Error R12 (Exit timeout) -> Process failed to exit within 30 seconds of SIGTERM",
            "Stopping process with SIGKILL"),
        logs());
    assertEquals(List.of(StopSignal.KILL), signals());
    story.when(new DynoCommand.ReportExited(1, 137));
    assertEquals(List.of("Process exited with status 137"), logs());
    assertEquals(Ending.CYCLED, retired().ending());
  }

  @Test
  void timeToLiveStopsItBefore() {
    story.when(
        new DynoCommand.Create(USER, spec(false, Optional.of(Duration.ofSeconds(60))), HOST));
    story.when(new DynoCommand.ReportStarted(1, 99));
    story.after(Duration.ofSeconds(60)).when(new TimerDue(DynoTimer.LIFE));
    assertEquals(
        List.of("State changed from up to complete", "Stopping all processes with SIGTERM"),
        logs());
    story.when(new DynoCommand.ReportExited(1, 143));
    assertEquals(Ending.STOPPED, retired().ending());
  }

  @Test
  void stoppingTwiceIsStoppingOnce() {
    attachedAndRunning();
    story.when(new DynoCommand.Stop(USER, StopCause.USER));
    assertEquals(List.of(StopSignal.TERMINATE), signals());
    int events = story.journal().size();
    story.when(new DynoCommand.Stop(USER, StopCause.USER));
    assertEquals(events, story.journal().size());
    story.when(new DynoCommand.ReportDetached(1));
    assertEquals(List.of(), signals(), "a stopping dyno gets no SIGHUP");
  }

  @Test
  void oneThatAwaitsItsClientStopsAtOnce() {
    created(true);
    story.when(new DynoCommand.Stop(USER, StopCause.USER));
    assertEquals(Optional.of(143), retired().status());
  }

  @Test
  void aCommandThatCannotStartEndsWith126AndSaysWhy() {
    created(false);
    story.when(new DynoCommand.ReportStartFailed(1, "no memory"));
    assertTrue(logs().getFirst().endsWith("Failed to launch the dyno: no memory"));
    assertEquals(Optional.of(126), retired().status());
    assertEquals(Ending.NOT_STARTED, retired().ending());
  }

  private static Usage memory(long mebibytes) {
    return new Usage(mebibytes << 20, mebibytes << 20, 0, 0, 0, 100);
  }

  private static Usage refused(long hits) {
    return new Usage(0, 0, 0, hits, 0, 100);
  }

  private void uses(Usage usage) {
    story.when(new DynoCommand.ReportUsage(1, usage));
  }

  @Test
  void aboveItsMemoryItRunsOnAndIsToldEveryTwentySeconds() {
    attachedAndRunning();
    uses(memory(512));
    assertEquals(List.of(), logs(), "the quota itself is not above it");
    uses(memory(528));
    assertEquals(
        List.of("Process running mem=528M(103.1%)", "Error R14 (Memory quota exceeded)"), logs());
    story.after(Duration.ofSeconds(19));
    uses(memory(600));
    assertEquals(List.of(), logs());
    story.after(Duration.ofSeconds(1));
    uses(memory(600));
    assertEquals("Process running mem=600M(117.2%)", logs().getFirst());
    assertEquals(List.of(), signals());
  }

  @Test
  void fromTwiceItsMemoryOnItIsKilledOnceAndThatIsItsEnding() {
    attachedAndRunning();
    uses(memory(1038));
    assertEquals(
        List.of(
            "Process running mem=1038M(202.7%)",
            "Error R15 (Memory quota vastly exceeded)", "Stopping process with SIGKILL"),
        logs());
    assertEquals(List.of(StopSignal.KILL), signals());
    uses(memory(2000));
    assertEquals(List.of(), logs());
    assertEquals(List.of(), signals());
    story.when(new DynoCommand.ReportExited(1, 137));
    assertEquals(
        List.of("Process exited with status 137", "State changed from up to complete"), logs());
    assertEquals(Ending.QUOTA_EXCEEDED, retired().ending());
  }

  @Test
  void cacheIsNeverVastAndWhatTheKernelKilledAlwaysIs() {
    attachedAndRunning();
    uses(new Usage(1500L << 20, 100L << 20, 0, 0, 0, 100));
    assertEquals("Error R14 (Memory quota exceeded)", logs().getLast());
    uses(new Usage(3L << 20, 3L << 20, 1, 0, 0, 100));
    assertEquals("Process running mem=1024M(200.0%)", logs().getFirst());
    assertEquals(List.of(StopSignal.KILL), signals());
  }

  @Test
  void whatWasStoppedAlreadyStaysStopped() {
    attachedAndRunning();
    story.when(new DynoCommand.Stop(USER, StopCause.USER));
    uses(memory(2000));
    assertEquals(List.of(StopSignal.KILL), signals());
    story.when(new DynoCommand.ReportExited(1, 137));
    assertEquals(Ending.STOPPED, retired().ending());
  }

  @Test
  void whatWasKilledIsNotKilledAgainForItsMemory() {
    attachedAndRunning();
    story.when(new DynoCommand.Stop(USER, StopCause.USER));
    story.after(Duration.ofSeconds(30)).when(new TimerDue(DynoTimer.GRACE));
    assertEquals(List.of(StopSignal.KILL), signals());
    uses(memory(2000));
    assertEquals(List.of(), logs());
    assertEquals(List.of(), signals());
  }

  @Test
  void tooMuchOnDiskIsTheEnd() {
    attachedAndRunning();
    uses(new Usage(0, 0, 0, 0, 4100L << 20, 4096L << 20));
    assertEquals(
        List.of(
            "Process running disk=4100M(100.1%)",
            "Error (Disk quota exceeded)", "Stopping process with SIGKILL"),
        logs());
    story.when(new DynoCommand.ReportExited(1, 137));
    assertEquals(Ending.QUOTA_EXCEEDED, retired().ending());
  }

  @Test
  void refusedProcessesAreToldWhenThereWereMore() {
    attachedAndRunning();
    uses(refused(3));
    assertEquals(
        List.of(
            "Error (Process limit reached) -> The dyno runs 256 processes and threads, the most of"
                + " its size; it was refused another."),
        logs());
    story.after(Duration.ofSeconds(20));
    uses(refused(3));
    assertEquals(List.of(), logs());
    uses(refused(4));
    assertEquals(1, logs().size());
    uses(refused(5));
    assertEquals(List.of(), logs(), "not so soon again");
    assertEquals(List.of(), signals());
  }

  @Test
  void reportsOfAnotherLaunchAreIgnored() {
    attachedAndRunning();
    int events = story.journal().size();
    story
        .when(new DynoCommand.ReportExited(2, 0))
        .when(new DynoCommand.ReportLost(0, "x"))
        .when(new DynoCommand.ReportStarted(1, 99))
        .when(new DynoCommand.ReportDetached(3));
    assertEquals(events, story.journal().size());
  }

  @Test
  void afterARestartWhatRanIsAskedForAndWhatWaitedGoesOnWaiting() {
    created(true);
    story.when(new DynoCommand.ReportPrepared(1)).restart();
    assertEquals(1, story.orders(DynoOrder.PrepareFiles.class).size());
    assertEquals(
        List.of(DynoTimer.LIFE, DynoTimer.ATTACH).size(),
        story.orders(DynoOrder.ArmTimer.class).size());
    story.when(new DynoCommand.Attach(USER, "192.0.2.1:1")).restart();
    assertEquals(1, story.orders(DynoOrder.StartProcess.class).size());
    story.when(new DynoCommand.ReportStarted(1, 5)).restart();
    assertEquals(1, story.orders(DynoOrder.AskHost.class).size());
    story.when(new DynoCommand.ReportLost(1, "The node ended"));
    assertEquals(Ending.LOST, retired().ending());
    assertEquals(Optional.empty(), retired().status());
    story.restart();
    assertEquals(1, story.orders(DynoOrder.ReportRetired.class).size());
  }

  @Test
  void aRetiredDynoNeverReturns() {
    created(false);
    story.when(new DynoCommand.ReportExited(1, 0));
    int events = story.journal().size();
    story
        .when(new DynoCommand.Create(USER, spec(false, Optional.empty()), HOST))
        .when(new DynoCommand.ReportStarted(1, 1))
        .when(new DynoCommand.Stop(USER, StopCause.USER))
        .when(new TimerDue(DynoTimer.LIFE));
    assertEquals(events, story.journal().size());
  }

  private void ofFormation() {
    story.when(new DynoCommand.Create(USER, spec(false, Optional.empty(), true), HOST));
    story.when(new DynoCommand.ReportStarted(1, 99));
  }

  private void hostLost() {
    story.when(new DynoCommand.ReportLost(1, "Host h1 was lost"));
  }

  @Test
  void aOneOffEndsWithItsHostAndIsNeverPlacedAgain() {
    created(false);
    story.when(new DynoCommand.ReportStarted(1, 99));
    hostLost();
    assertEquals(Ending.LOST, retired().ending());
    story.when(new DynoCommand.Place(USER, new HostId("h2"), Optional.empty()));
    assertEquals("Retired", story.names().getLast());
  }

  @Test
  void aDynoOfTheFormationIsPlacedAgainAsTheNextGeneration() {
    ofFormation();
    hostLost();
    assertEquals("Lost", story.names().getLast());
    Live live = assertInstanceOf(Live.class, story.state());
    assertEquals(DynoState.Phase.CREATED, live.phase());
    assertEquals(Optional.empty(), live.host());
    int before = story.journal().size();
    hostLost();
    story.when(new DynoCommand.ReportExited(1, 0));
    story.when(new DynoCommand.ReportStartFailed(1, "late"));
    assertEquals(before, story.journal().size(), "of the launch that was lost");
    story.when(new DynoCommand.Place("dynode", new HostId("h2"), Optional.empty()));
    assertEquals(
        List.of(2), story.orders(DynoOrder.StartProcess.class, DynoOrder.StartProcess::generation));
    story.when(new DynoCommand.ReportStarted(1, 99));
    story.when(new DynoCommand.Place("dynode", HOST, Optional.empty()));
    assertEquals(before + 1, story.journal().size());
    story.when(new DynoCommand.ReportStarted(2, 7));
    assertEquals(
        List.of(
            "Created", "Placed", "Started", "BecameUp", "Lost", "Placed", "Started", "BecameUp"),
        story.names());
  }

  @Test
  void aDynoOfTheFormationThatIsStoppingIsNotPlacedAgain() {
    ofFormation();
    story.when(new DynoCommand.Stop(USER, StopCause.USER));
    hostLost();
    assertEquals(Ending.LOST, retired().ending());
  }

  @Test
  void aDynoOfTheFormationWithoutAHostCanBeStopped() {
    ofFormation();
    hostLost();
    story.when(new DynoCommand.Stop(USER, StopCause.USER));
    assertEquals(Ending.STOPPED, retired().ending());
  }
}
