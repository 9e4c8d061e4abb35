package dev.dynode.engine.actor;

import dev.dynode.domain.attach.AttachTokens;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.port.AttachGateway;
import dev.dynode.port.ControlPlane;
import dev.dynode.port.ControlPlane.Answer;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;

/** The attach desk of this host: the dyno decides, the host's agent joins. */
public record HostGateway(
    AttachTokens tokens, ControlPlane control, ActorRef<HostAgent.Command> host)
    implements AttachGateway {

  @Override
  public CompletionStage<Attachment> present(String token, Client client) {
    Optional<AttachTokens.Claim> claim = tokens.read(token);
    if (claim.isEmpty()) {
      return CompletableFuture.failedFuture(
          new Refused("This attach token is not known here; start another dyno."));
    }
    var joined = new CompletableFuture<Attachment>();
    control
        .tell(
            claim.get().app(),
            claim.get().dyno().toString(),
            new DynoCommand.Attach(
                DynoDecider.SYSTEM, client.address(), Optional.of(UUID.randomUUID())))
        .whenComplete(
            (answer, failure) -> {
              switch (answer) {
                case Answer.Done<Boolean> _ ->
                    host.tell(new HostAgent.Join(claim.get().dyno(), client, joined));
                case Answer.Refused<Boolean>(var refusal) ->
                    joined.completeExceptionally(new Refused(refusal.message()));
                case Answer.Failed<Boolean>(var broken) ->
                    joined.completeExceptionally(new Refused(broken.message()));
                case null ->
                    joined.completeExceptionally(
                        new Refused("The dyno could not be asked: " + failure.getMessage()));
              }
            });
    return joined;
  }
}
