package dev.drover.templates;

/// How packages of apt get into a template without the rights of root: apt downloads and verifies
/// them and what they depend on, and they are unpacked, not installed. Then their scripts run as
/// dpkg runs them for another root directory (`DPKG_ROOT`), for what they add, such as
/// alternatives. A script that needs more than that fails alone.
final class AptScript {
  /// Names the packages whose scripts have failed.
  static final String FAILED = "apt-scripts-failed";

  private AptScript() {}

  /// A script of bash for which `packages` is the array of the packages.
  static String text() {
    return SCRIPT
        .replace("@AT@", AptFiles.AT)
        .replace("@TREE@", Recipe.TREE)
        .replace("@FAILED@", FAILED);
  }

  private static final String SCRIPT =
      """
      set -eo pipefail
      shopt -s nullglob
      work=@AT@ tree=@TREE@/apt
      export APT_CONFIG=$work/apt.conf DEBIAN_FRONTEND=noninteractive
      mkdir -p $work/state/lists/partial $work/cache/archives/partial $work/control $tree
      for name in sources.list.d trusted.gpg.d preferences.d; do mkdir -p $work/etc/$name; done
      for name in bin sbin lib lib32 lib64 libx32; do
        if [ -L /$name ]; then mkdir -p $tree/usr/$name; ln -s usr/$name $tree/$name; fi
      done
      apt-get -q update
      apt-get -q --download-only install -- "${packages[@]}"
      apt-get -q --simulate install -- "${packages[@]}" > $work/plan
      native=$(dpkg --print-architecture)
      for deb in $work/cache/archives/*.deb; do
        echo "Unpacking ${deb##*/}"
        dpkg-deb --fsys-tarfile "$deb" |
          tar -x -f - -C $tree --keep-directory-symlink --no-same-owner --no-same-permissions
        name=$(dpkg-deb -f "$deb" Package) arch=$(dpkg-deb -f "$deb" Architecture)
        case $arch in "$native" | all) ;; *) name=$name:$arch ;; esac
        dpkg-deb -e "$deb" "$work/control/$name"
      done
      mkdir -p $tree/var/lib/dpkg/{alternatives,info,triggers,updates}
      mkdir -p $tree/etc/alternatives $tree/var/log
      touch $tree/var/lib/dpkg/{status,available}
      while read -r word name _; do
        script=$work/control/$name/postinst
        if [ "$word" != Conf ] || ! [ -f "$script" ]; then continue; fi
        chmod u+x "$script"
        (cd /; DPKG_ROOT=$tree DPKG_ADMINDIR=$tree/var/lib/dpkg DPKG_MAINTSCRIPT_NAME=postinst \\
          DPKG_MAINTSCRIPT_PACKAGE=${name%%:*} DPKG_MAINTSCRIPT_ARCH=$native \\
          DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1 "$script" configure "") < /dev/null || {
          echo "The script of $name failed with exit code $?."
          echo "$name" >> @TREE@/@FAILED@
        }
      done < $work/plan
      rm -rf $tree/var/lib/dpkg $tree/var/log
      for path in $tree/* $tree/.[!.]*; do
        case ${path##*/} in usr | etc | opt | var) ;; *) rm -rf "$path" ;; esac
      done
      find $tree/usr -mindepth 1 -maxdepth 1 -type d -empty -delete
      chmod -R u+rwX $tree
      """;
}
