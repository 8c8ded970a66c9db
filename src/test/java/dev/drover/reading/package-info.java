@NullMarked
package dev.drover.reading;

import org.jspecify.annotations.NullMarked;
