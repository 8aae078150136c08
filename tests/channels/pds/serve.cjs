// Starts the PDS and the PLC of the AT Protocol and prints their addresses; stops when its input ends.
const { TestPlc, TestPds } = require('@atproto/dev-env')

async function main() {
  const plc = await TestPlc.create({})
  const pds = await TestPds.create({
    didPlcUrl: plc.url,
    // Clients stay on the address they were given, so that a test may stand in between.
    enableDidDocWithSession: false,
    rateLimitsEnabled: false,
  })
  const stop = async () => {
    await pds.close()
    await plc.close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.stdin.on('end', stop)
  process.stdin.resume()
  console.log(JSON.stringify({ pds: pds.url }))
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
