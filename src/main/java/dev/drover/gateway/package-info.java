/// What agents may reach. [Policy] judges a [Destination] by its name before it is looked up, and
/// the guard of `http` judges its address before it is connected to. [Gateway] serves the
/// connections of sandboxes: [HandWay] those of one sandbox, [Passage] one of them.
@NullMarked
package dev.drover.gateway;

import org.jspecify.annotations.NullMarked;
