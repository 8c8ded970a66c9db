@NullMarked
package dev.drover.bench.context;

import org.jspecify.annotations.NullMarked;
