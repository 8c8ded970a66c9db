/// The whole control plane in one process, from one seed: real brains on a real store, with a
/// simulated clock, scheduler, model, hands, clients, and faults.
@NullMarked
package dev.drover.sim;

import org.jspecify.annotations.NullMarked;
