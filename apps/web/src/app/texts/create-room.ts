export const createRoomTexts = {
  heading: $localize`:@@createRoom.heading:Create a room`,
  title: $localize`:@@createRoom.title:Title`,
  address: (room: string) => $localize`:@@createRoom.address:Address: /rooms/${room}:room:`,
  addressUnknown: $localize`:@@createRoom.addressUnknown:Address: made from the title`,
  private: $localize`:@@createRoom.private:Private`,
  privateHint: $localize`:@@createRoom.privateHint:Only its members and the administrators can see and enter it. You say who is a member.`,
  cancel: $localize`:@@createRoom.cancel:Cancel`,
  submit: $localize`:@@createRoom.submit:Create room`,
  busy: $localize`:@@createRoom.busy:Creating …`,
  missing: $localize`:@@createRoom.missing:A room needs a title.`,
} as const;
