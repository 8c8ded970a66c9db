/// The comparison of ways to keep a long session within the context of its model: scripted sessions
/// against a model server whose limits, cache and prices are simulated. Nothing here uses the
/// network.
@NullMarked
package dev.drover.bench.context;

import org.jspecify.annotations.NullMarked;
