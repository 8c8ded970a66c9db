/// Large contents in a directory: the contract, and what a disk can do to it.
@NullMarked
package dev.drover.store.blobs;

import org.jspecify.annotations.NullMarked;
