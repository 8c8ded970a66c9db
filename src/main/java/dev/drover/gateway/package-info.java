/// What agents may reach: [Policy] judges a [Destination] by its name before it is looked up, and
/// the guard of `http` judges its address before it is connected to.
@NullMarked
package dev.drover.gateway;

import org.jspecify.annotations.NullMarked;
