/// HTTP routes and event streams over the session, the catalog and the brain.
@NullMarked
package dev.drover.api;

import org.jspecify.annotations.NullMarked;
