package dev.dynode.simulator.world;

/** Whom an app's conductor answers: somebody who asks for a dyno, or a host. */
public sealed interface Party permits SimDyno, SimHost {}
