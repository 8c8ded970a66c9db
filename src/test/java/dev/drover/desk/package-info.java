@NullMarked
package dev.drover.desk;

import org.jspecify.annotations.NullMarked;
