package dev.drover.testing;

/// Follows what the two ends of one connection say, and knows which answer is to be lost. Called by
/// two threads, one for each direction.
interface Answers {
  /// The client said this.
  void asked(byte[] bytes, int length);

  /// The server said this.
  ///
  /// @return how many of the bytes may go on; less than all of them: the connection ends there
  int answered(byte[] bytes, int length);

  /// Those of a protocol nobody knows.
  Answers ANY =
      new Answers() {
        @Override
        public void asked(byte[] bytes, int length) {}

        @Override
        public int answered(byte[] bytes, int length) {
          return length;
        }
      };
}
