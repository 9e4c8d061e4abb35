package dev.dynode.node;

import com.typesafe.config.Config;
import dev.dynode.cluster.Membership;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a node is started with.
 *
 * @param data the folder that holds everything the node keeps; absolute
 * @param apiPort of the Platform API, 0 to 65535; 0 takes a free one
 * @param rendezvousPort of the rendezvous (TLS), 0 to 65535; 0 takes a free one
 * @param routerPort of the HTTP router, 0 to 65535; 0 takes a free one
 * @param healthPort of /live and /ready, 0 to 65535; none: they are not served
 * @param publicHost the name or address clients dial, as written into an {@code attach_url}
 * @param transientNode whether the node stops by itself once it has had a dyno and none is left
 * @param membership what it is in a cluster; none where it is alone
 * @param config the complete configuration: the file given, over what the modules bring
 */
public record NodeSettings(
    Path data,
    int apiPort,
    int rendezvousPort,
    int routerPort,
    Optional<Integer> healthPort,
    String publicHost,
    boolean transientNode,
    Optional<Membership> membership,
    Config config) {}
