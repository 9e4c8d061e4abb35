// Dials a rendezvous server as the heroku command does: node greeting.cjs PORT TOKEN...
// Prints one line per token: first data event, everything after it, and how it ended, as JSON.
const tls = require('tls')
const [port, ...tokens] = process.argv.slice(2)

function dial(token) {
  return new Promise(resolve => {
    const events = []
    const done = end => resolve({first: events[0], rest: events.slice(1).join(''), end})
    const client = tls.connect({host: '127.0.0.1', port: Number(port)})
    client.setEncoding('utf8')
    client.on('secureConnect', () => client.write(token + '\r\n'))
    client.on('data', data => {
      if (events.push(data) === 1) client.write('\u0004')
    })
    client.on('end', () => done('end'))
    client.on('error', error => done(String(error)))
  })
}

async function lane() {
  for (let token = tokens.pop(); token; token = tokens.pop()) {
    console.log(JSON.stringify(await dial(token)))
  }
}

Promise.all([lane(), lane(), lane(), lane()])
