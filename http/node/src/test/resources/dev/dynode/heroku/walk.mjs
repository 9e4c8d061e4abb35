// Runs many command lines of the heroku command in this one process: its start is most of what it costs.
// Called with the folder it is installed in and a file of JSON lines ({line, words}). Prints JSON lines: first
// which commands there are, then of each line how it ended, what it said and whom it asked.
import {AsyncLocalStorage} from 'node:async_hooks'
import cp from 'node:child_process'
import dns from 'node:dns'
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import {syncBuiltinESMExports} from 'node:module'
import net from 'node:net'
import path from 'node:path'
import {pathToFileURL} from 'node:url'

const LIMIT = 60_000
const root = path.resolve(process.argv[2])
const lines = fs.readFileSync(process.argv[3], 'utf8').trim().split('\n').map(each => JSON.parse(each))
const real = process.stdout.write.bind(process.stdout)
const told = object => real(JSON.stringify(object) + '\n')
const context = new AsyncLocalStorage()
let now

// Pauses between tries are short, or the commands would wait for what is not there most of the time.
const pause = globalThis.setTimeout
globalThis.setTimeout = (what, ms, ...rest) => pause(what, ms > 10_000 ? ms : Math.min(ms ?? 0, 20), ...rest)

// Nobody but this machine is asked; who would have been is noted.
const ours = host => ['127.0.0.1', 'localhost', '::1', undefined, null, ''].includes(host)
function outside(host) {
  context.getStore()?.hosts.add(host)
  return Object.assign(new Error(`${host} is not asked`), {code: 'EOUTSIDE'})
}
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...args) {
  const to = Array.isArray(args[0]) ? args[0][0] : args[0]
  const host = typeof to === 'object' ? (to.path ? '' : to.host) : typeof args[1] === 'string' ? args[1] : ''
  if (ours(host)) return connect.apply(this, args)
  const refused = outside(host)
  process.nextTick(() => this.destroy(refused))
  return this
}
const lookup = dns.lookup
dns.lookup = (host, ...rest) => (ours(host) ? lookup(host, ...rest) : rest.at(-1)(outside(host)))
for (const module of [http, https]) {
  const request = module.request
  module.request = function (...args) {
    const asked = request.apply(this, args)
    const mine = context.getStore()
    asked.on('response', answer => mine?.requests.push(`${asked.method} ${asked.path} ${answer.statusCode}`))
    return asked
  }
}
// No browser is opened.
const spawn = cp.spawn
cp.spawn = (program, ...rest) =>
  /open$/.test(program) ? spawn('true', [], {stdio: 'ignore'}) : spawn(program, ...rest)
syncBuiltinESMExports()

// What would end the process ends the command: the first time counts, and nothing said after it.
process.exit = code => {
  const mine = context.getStore() ?? now
  if (mine) mine.exit ??= code ?? process.exitCode ?? 0
  throw new Error('the end')
}
process.on('uncaughtException', error => now?.fail(error))
process.on('unhandledRejection', error => now?.fail(error))
process.setMaxListeners(0)
process.stdout.setMaxListeners(0)
process.stderr.setMaxListeners(0)
process.stdout.write = (text, ...rest) => keep('out', text, rest)
process.stderr.write = (text, ...rest) => keep('err', text, rest)
function keep(where, text, rest) {
  const mine = context.getStore() ?? now
  if (mine && mine.exit === undefined) mine[where] += Buffer.from(text).toString()
  for (const each of rest) if (typeof each === 'function') process.nextTick(each)
  return true
}

const core = await import(pathToFileURL(path.join(root, 'node_modules/@oclif/core/lib/index.js')))
const config = await core.Config.load({root: path.join(root, 'node_modules/heroku')})
const alias = each => [...(each.aliases ?? []), ...(each.hiddenAliases ?? [])].includes(each.id)
told({commands: config.commands.filter(each => !alias(each)).map(each => each.id)})

async function run(words) {
  let fail
  const failed = new Promise((_, reject) => (fail = reject))
  failed.catch(() => {})
  const mine = {out: '', err: '', hosts: new Set(), requests: [], fail}
  now = mine
  process.exitCode = undefined
  process.argv = ['node', 'heroku', ...words]
  const late = pause(() => fail(new Error('did not end')), LIMIT)
  await context.run(mine, async () => {
    try {
      await Promise.race([core.run(words, config), failed])
      mine.exit ??= process.exitCode ?? 0
    } catch (error) {
      if (mine.exit === undefined) await Promise.resolve(core.handle(error)).catch(() => {})
      mine.exit ??= 1
    }
  })
  clearTimeout(late)
  return mine
}

for (const {line, words} of lines) {
  const {out, err, exit, hosts, requests} = await run(words)
  told({line, exit, out, err, hosts: [...hosts], requests})
}
process.reallyExit(0)
