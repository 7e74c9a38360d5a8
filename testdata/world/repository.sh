#!/bin/sh
# Lays packages into a root that is being made, with an index, for apt to install in a container later.
exec chroot "$1" sh -euc '
	mkdir -p /srv/debs/partial
	cd /srv/debs
	apt-get install -qq --no-install-recommends --download-only -o Dir::Cache::archives=/srv/debs iputils-ping openssh-client
	rm -r partial lock
	apt-ftparchive packages . >Packages
'
