@NullMarked
package dev.drover;

import org.jspecify.annotations.NullMarked;
