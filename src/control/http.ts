// Node's HTTP, of which a gateway pays for what it uses: `import … from 'node:http'` asks the module for each of its exports,
// and one of them, WebSocket, loads Node's whole client for the web, 9 MB.

export const { createServer, request } = process.getBuiltinModule('node:http');
