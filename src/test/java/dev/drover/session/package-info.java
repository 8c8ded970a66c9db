@NullMarked
package dev.drover.session;

import org.jspecify.annotations.NullMarked;
