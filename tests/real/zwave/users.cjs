// The same lock with named users instead of user codes.
const { CommandClasses } = require("@zwave-js/core");
const { default: lock } = require("./lock.cjs");

const [node] = lock.nodes;
const others = node.capabilities.commandClasses.filter(
  ({ ccId }) => ccId !== CommandClasses["User Code"],
);
const users = { ccId: CommandClasses["User Credential"], isSupported: true, version: 1 };

module.exports.default = {
  ...lock,
  nodes: [
    { ...node, capabilities: { ...node.capabilities, commandClasses: [...others, users] } },
  ],
};
