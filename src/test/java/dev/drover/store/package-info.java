/// What every store must do, as contracts, and each store held to them.
@NullMarked
package dev.drover.store;

import org.jspecify.annotations.NullMarked;
