@NullMarked
package dev.drover.web;

import org.jspecify.annotations.NullMarked;
