export const createRoomTexts = {
  heading: $localize`:@@createRoom.heading:Create a room`,
  title: $localize`:@@createRoom.title:Title`,
  address: (room: string) => $localize`:@@createRoom.address:Address: /rooms/${room}:room:`,
  addressUnknown: $localize`:@@createRoom.addressUnknown:Address: based on the title`,
  private: $localize`:@@createRoom.private:Private`,
  privateHint: $localize`:@@createRoom.privateHint:Only members and administrators can see it.`,
  cancel: $localize`:@@createRoom.cancel:Cancel`,
  submit: $localize`:@@createRoom.submit:Create room`,
  busy: $localize`:@@createRoom.busy:Creating…`,
  missing: $localize`:@@createRoom.missing:Enter a title.`,
} as const;
