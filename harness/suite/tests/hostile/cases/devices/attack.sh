# Makes device files.
# expect: bits
for device in "b 8 0" "b 254 0" "c 1 1" "c 1 3" "c 10 200"; do
  mknod /tmp/device $device 2>/dev/null && echo "ESCAPED $device" || :
done
for device in mem kmem kmsg port sda vda kvm net/tun fuse vhost-vsock loop-control mapper/control; do
  [ ! -e /dev/$device ] || echo "ESCAPED /dev/$device"
done
