// A keypad lock as zwave-js's own mock knows it: twenty user codes, no security, always listening.
const { CommandClasses } = require("@zwave-js/core");

// The mock announces itself by mDNS on every network interface; tests keep to the loopback.
const ciao = require("@homebridge/ciao");
const silent = { advertise: async () => {}, end: async () => {}, destroy: async () => {} };
ciao.getResponder = () => ({ createService: () => silent, shutdown: async () => {} });

const commandClass = (name, version, more = {}) => ({
  ccId: CommandClasses[name],
  isSupported: true,
  version,
  ...more,
});

// The mock takes each chunk of the TCP stream for one message; a busy machine joins and splits them.
const START_OF_FRAME = 0x01;
let pending = [];
const splitFrames = {
  async onHostData(controller, chunk) {
    pending.push(...chunk);
    while (pending.length > 0) {
      const framed = pending[0] === START_OF_FRAME;
      const length = framed ? (pending[1] ?? Infinity) + 2 : 1;
      if (pending.length < length) break;
      const frame = pending.splice(0, length);
      void controller.serialOnData(framed ? Uint8Array.from(frame) : frame[0]);
    }
    return true;
  },
};

module.exports.default = {
  controller: { homeId: 0x5eed0001, ownNodeId: 1, behaviors: [splitFrames] },
  nodes: [
    {
      id: 7,
      capabilities: {
        // Numbers of no product: nothing in the driver's device files may change what the lock does.
        manufacturerId: 0xfff0,
        productType: 0x0007,
        productId: 0x0007,
        firmwareVersion: "1.0",
        genericDeviceClass: 0x40, // entry control
        specificDeviceClass: 0x03, // secure keypad door lock
        isListening: true,
        isFrequentListening: false,
        supportsSecurity: false,
        commandClasses: [
          commandClass("Manufacturer Specific", 2),
          commandClass("Version", 2),
          commandClass("Door Lock", 2),
          commandClass("User Code", 1, { numUsers: 20, supportedASCIIChars: "0123456789" }),
        ],
      },
    },
  ],
};
