package dev.dynode.port;

import dev.dynode.domain.host.HostView;
import java.util.List;

/** Which hosts there are and how full they are. Thread-safe. */
public interface HostDirectory {
  List<HostView> hosts();
}
