package dev.drover.hands;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Files of a hand that reads one file in each operation: an older server has made it. One thread.
final class OneByOne implements HandFiles.Contents {
  private final HandFiles hand;
  private final HandRoot root;
  private final Iterator<HandTree.Entry> files;
  private final long most;
  private HandFiles.@Nullable Content open;

  OneByOne(HandFiles hand, HandRoot root, List<HandTree.Entry> files, long most) {
    this.hand = hand;
    this.root = root;
    this.files = files.iterator();
    this.most = most;
  }

  @Override
  public HandFiles.Content next() throws IOException, InterruptedException {
    close();
    var file = files.next();
    var content = hand.get(root, file.path(), Optional.of(file.stamp()), most);
    open = content;
    return content;
  }

  @Override
  public void close() {
    if (open != null) {
      open.close();
      open = null;
    }
  }
}
