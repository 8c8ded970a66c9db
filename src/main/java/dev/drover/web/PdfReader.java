package dev.drover.web;

/// Reads the text of PDF documents.
@FunctionalInterface
interface PdfReader {
  /// @throws FetchFailed if it has no text, or cannot be read
  WebPage.Text read(byte[] pdf) throws FetchFailed, InterruptedException;
}
