"""Modbus slaves by pymodbus: nobody of this house wrote them. Registers are set by lines of JSON on standard input,
each answered by a line; the end of the input ends them.

modbus-slave.py rtu PATH UNIT...    on a serial device
modbus-slave.py tcp UNIT...         on a free port of 127.0.0.1, told in the first line
"""

import asyncio
import json
import os
import sys
import threading

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer
from pymodbus.transaction import ModbusRtuFramer

HOLDING, INPUT = 3, 4


def slave():
    def block():
        # The two that a TUF-2000 has far behind the others as well.
        return ModbusSparseDataBlock(dict.fromkeys([*range(200), 1437, 1438], 0))

    return ModbusSlaveContext(di=block(), co=block(), hr=block(), ir=block(), zero_mode=True)


def obey(slaves):
    for line in sys.stdin:
        order = json.loads(line)
        table = {"holding": HOLDING, "input": INPUT}[order["table"]]
        slaves[order["unit"]].setValues(table, order["address"], order["values"])
        print("ok", flush=True)
    os._exit(0)


async def main():
    kind, *rest = sys.argv[1:]
    path = rest.pop(0) if kind == "rtu" else None
    slaves = {int(unit): slave() for unit in rest}
    context = ModbusServerContext(slaves=slaves, single=False)
    threading.Thread(target=obey, args=(slaves,), daemon=True).start()
    if kind == "rtu":
        server = ModbusSerialServer(
            context, ModbusRtuFramer, port=path, baudrate=9600, timeout=0.005, ignore_missing_slaves=True
        )
        await server.start()
        print(json.dumps({"ready": path}), flush=True)
        await server.serve_forever()
    else:
        server = ModbusTcpServer(context, address=("127.0.0.1", 0), ignore_missing_slaves=True)
        serving = asyncio.ensure_future(server.serve_forever())
        while server.server is None:
            await asyncio.sleep(0.01)
        print(json.dumps({"ready": server.server.sockets[0].getsockname()[1]}), flush=True)
        await serving


asyncio.run(main())
