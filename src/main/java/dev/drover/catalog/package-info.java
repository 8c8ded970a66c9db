/// What a session is made of: agents and environments, as values, and the interfaces that keep
/// them.
@NullMarked
package dev.drover.catalog;

import org.jspecify.annotations.NullMarked;
