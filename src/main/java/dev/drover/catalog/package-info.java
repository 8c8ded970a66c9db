/// What a session is made of: the kinds of resources that a workspace has, as values, and the
/// interface that stores them.
@NullMarked
package dev.drover.catalog;

import org.jspecify.annotations.NullMarked;
