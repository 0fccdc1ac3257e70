// The home of config/gateway.example.yaml: one help button, one gas sensor beside a certified detector, what reacts to
// them, and one platform.

const chip = 'pinctrl-rp1';

export const exampleHome = {
  home: { timezone: 'Asia/Shanghai', language: 'zh-CN' },
  gateway: { tenant: 'district-1', id: 'home-0001' },
  uplinks: [{ channel: 'district', url: 'mqtts://platform.example:8883', username: 'home-0001' }],
  devices: [
    { id: 'help-1', driver: 'gpio-input', kind: 'help-button', room: '卧室', chip, line: 'GPIO17' },
    { id: 'hush-1', driver: 'gpio-input', kind: 'hush-button', room: '客厅', chip, line: 'GPIO27' },
    {
      id: 'gas-1',
      driver: 'winsen-gas',
      kind: 'gas',
      room: '厨房',
      port: '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0',
      model: 'mh-440d-lel',
    },
    { id: 'gas-2', driver: 'gpio-input', kind: 'gas', room: '厨房', chip, line: 'GPIO22', contact: 'normally-closed' },
    { id: 'smoke-1', driver: 'gpio-input', kind: 'smoke', room: '客厅', chip, line: 'GPIO23' },
    {
      id: 'valve-1',
      driver: 'gpio-output',
      kind: 'valve',
      room: '厨房',
      chip,
      line: 'GPIO5',
      feedback: { chip, line: 'GPIO6' },
    },
    { id: 'siren-1', driver: 'gpio-output', kind: 'siren', room: '客厅', chip, line: 'GPIO13' },
    { id: 'light-1', driver: 'gpio-output', kind: 'light', room: '卧室', chip, line: 'GPIO19' },
    { id: 'buzzer-1', driver: 'gpio-output', kind: 'buzzer', room: '卧室', chip, line: 'GPIO26' },
  ],
  detectors: { gas: { earlyAt: 10, clearAt: 5 } },
  storage: { historyMegabytes: 64 },
};
