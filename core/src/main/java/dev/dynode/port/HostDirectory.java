package dev.dynode.port;

import dev.dynode.domain.placement.HostView;
import java.util.List;

/** Which hosts there are and how full they are. Thread-safe. */
public interface HostDirectory {
  List<HostView> hosts();
}
