/// What several test suites share: scripted models, puppet hands, sessions made to order.
@NullMarked
package dev.drover.testing;

import org.jspecify.annotations.NullMarked;
