/// Files: what clients upload, and what agents leave for them.
@NullMarked
package dev.drover.files;

import org.jspecify.annotations.NullMarked;
