/// What tests of several parts share: real servers with scripts in place of the world outside.
@NullMarked
package dev.drover.testing;

import org.jspecify.annotations.NullMarked;
