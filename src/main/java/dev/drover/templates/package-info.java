/// Templates: the packages of environments, installed once for all sessions that have the same
/// ones.
@NullMarked
package dev.drover.templates;

import org.jspecify.annotations.NullMarked;
