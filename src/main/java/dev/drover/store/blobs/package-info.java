/// Stores large contents as files in a directory.
@NullMarked
package dev.drover.store.blobs;

import org.jspecify.annotations.NullMarked;
